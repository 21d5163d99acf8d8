/** Words that the made-up city is built of. Districts and industry codes are public standards; names are invented. */
export interface District {
  readonly code: string;
  readonly name: string;
  readonly streets: readonly string[];
}

/** GB/T 2260, Shenzhen; streets are invented. */
export const DISTRICTS: readonly District[] = [
  { code: '440305', name: '南山区', streets: ['云杉路', '星港大道'] },
  { code: '440305', name: '南山区', streets: ['云杉路', '蓝桥街'] },
  { code: '440306', name: '宝安区', streets: ['松岚路', '海燕大道'] },
  { code: '440307', name: '龙岗区', streets: ['青禾路', '远帆街'] },
  { code: '440309', name: '龙华区', streets: ['明溪路', '竹影街'] },
  { code: '440304', name: '福田区', streets: ['榕光路', '金帆街'] },
  { code: '440311', name: '光明区', streets: ['晨曦大道', '科苗路'] },
  { code: '440310', name: '坪山区', streets: ['石榴路', '新芽街'] },
  { code: '440303', name: '罗湖区', streets: ['翠屏路', '湖心街'] },
  { code: '440308', name: '盐田区', streets: ['潮声路', '沙洲街'] },
];

export interface Industry {
  /** GB/T 4754-2017. */
  readonly code: string;
  readonly word: string;
  readonly ipcs: readonly string[];
  readonly titles: readonly string[];
}

export const INDUSTRIES: readonly Industry[] = [
  { code: 'I6513', word: '软件', ipcs: ['G06F9/451', 'G06F16/27'], titles: ['界面渲染', '数据同步', '日志检索'] },
  { code: 'I6520', word: '微电子', ipcs: ['H01L27/02', 'H03K19/0175'], titles: ['电平转换电路', '静电防护结构'] },
  { code: 'C3963', word: '航空科技', ipcs: ['B64C39/02', 'B64D47/08'], titles: ['无人机起落', '云台减振'] },
  { code: 'C3562', word: '半导体装备', ipcs: ['H01L21/67', 'H01L21/687'], titles: ['晶圆传送', '腔体温控'] },
  { code: 'C3569', word: '智能装备', ipcs: ['B25J9/16', 'G05B19/418'], titles: ['机械臂标定', '产线调度'] },
  { code: 'C3849', word: '新能源', ipcs: ['H01M10/0525', 'H01M10/613'], titles: ['电芯热管理', '极片涂布'] },
  { code: 'C2770', word: '生物材料', ipcs: ['A61L27/36', 'A61L15/28'], titles: ['可吸收支架', '敷料制备'] },
  { code: 'C3990', word: '光电', ipcs: ['G02B6/42', 'G01S17/08'], titles: ['光路耦合', '激光测距'] },
  { code: 'I6531', word: '信息技术', ipcs: ['H04L67/10', 'G06Q10/06'], titles: ['任务编排', '设备接入'] },
  { code: 'I6560', word: '数据科技', ipcs: ['G06N3/08', 'G06F18/24'], titles: ['模型训练', '样本标注'] },
  { code: 'M7320', word: '材料科技', ipcs: ['C09D5/08', 'C08J5/18'], titles: ['防腐涂层', '薄膜成型'] },
  { code: 'M7340', word: '医疗科技', ipcs: ['A61B5/02', 'G16H50/20'], titles: ['体征监测', '影像分诊'] },
];

/** Two of these and an industry word make a name: 深圳市 + 岚沐 + 光电 + 有限公司. */
export const SYLLABLES: readonly string[] = [...'岚沐翎珩苡澍砚棠弈曦霁芮漪珞峤桉昀骁樾锳玖铄渝笙荻聿垚屿沅皓'];

export interface Programme {
  readonly name: string;
  readonly level: '国家' | '省' | '市' | '区';
  readonly department: string;
  readonly competitive: boolean;
  /** Approved amount, 万元, lowest and highest. */
  readonly amount: readonly [number, number];
  /** How choosy it is: quality (in standard deviations) at which half of the applicants get it. */
  readonly bar: number;
}

export const PROGRAMMES: readonly Programme[] = [
  { name: '重点研发专项', level: '国家', department: '科学技术部', competitive: true, amount: [120, 400], bar: 2.4 },
  { name: '省科技攻关', level: '省', department: '省科学技术厅', competitive: true, amount: [60, 200], bar: 1.5 },
  {
    name: '市技术攻关面上项目',
    level: '市',
    department: '市科技创新局',
    competitive: true,
    amount: [50, 150],
    bar: 0.9,
  },
  { name: '市创业资助', level: '市', department: '市科技创新局', competitive: true, amount: [20, 60], bar: 0.3 },
  { name: '区创新创业大赛奖励', level: '区', department: '区科技创新局', competitive: true, amount: [5, 30], bar: 0 },
  { name: '研发投入补助', level: '市', department: '市科技创新局', competitive: false, amount: [5, 80], bar: -0.3 },
  { name: '社保稳岗补贴', level: '区', department: '区人力资源局', competitive: false, amount: [1, 8], bar: -1 },
];

export const PARTNERS: readonly string[] = ['示例大学', '示例工业研究院', '示例医院'];

/** Words that stand for «nothing» in bureaus' files (domain §1.3). */
export const NULL_WORDS: readonly string[] = ['-', '/', '无', 'N/A', 'null', '不详', '0000-00-00'];
