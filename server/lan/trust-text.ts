// The words of the trust page, in both languages.

export type Language = 'en' | 'zh-CN';

interface TrustText {
  /** Of the language, in itself. */
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly download: string;
  readonly compare: string;
  readonly goOn: string;
  readonly limits: string;
  readonly systems: readonly { readonly name: string; readonly steps: readonly string[] }[];
}

export const trustText: Readonly<Record<Language, TrustText>> = {
  en: {
    name: 'English',
    title: 'Let this device trust Haversack',
    why: 'Browsers keep a page for offline use, and let it use the camera and the graphics processor, only over a trusted connection. This server made its own certificate authority for your local network. Trust it once, and the connection is trusted.',
    download: 'Download the certificate',
    compare:
      'Before you trust it, compare this SHA-256 fingerprint with the one in the terminal where the server runs:',
    goOn: 'Done: open Haversack',
    limits:
      'The authority can vouch for local addresses and this machine’s name only, not for any site on the internet. Its key never leaves the server’s data folder. Remove it the way you added it.',
    systems: [
      {
        name: 'Android',
        steps: [
          'Download the certificate.',
          'Open Settings → Security &amp; privacy → More security settings → Encryption &amp; credentials → Install a certificate → CA certificate. (Or search Settings for “CA certificate”.)',
          'Choose “Install anyway” and pick haversack-ca.crt.',
          'Firefox: also open Settings → About Firefox, tap the logo five times, go back, and turn on Secret settings → Use third party CA certificates.',
        ],
      },
      {
        name: 'iPhone and iPad',
        steps: [
          'In Safari, download the certificate and allow the profile.',
          'Open Settings → General → VPN &amp; Device Management, tap the Haversack profile, and install it.',
          'Open Settings → General → About → Certificate Trust Settings, and turn it on for Haversack.',
        ],
      },
      {
        name: 'Windows',
        steps: [
          'Download the certificate and open it.',
          'Choose Install Certificate → Current User → Place all certificates in the following store → Trusted Root Certification Authorities.',
          'Start the browser again.',
        ],
      },
      {
        name: 'macOS',
        steps: [
          'Download the certificate and open it: Keychain Access adds it to the login keychain.',
          'Double-click it there, open Trust, and set “When using this certificate” to Always Trust.',
          'Start the browser again.',
        ],
      },
      {
        name: 'Linux, and Firefox on any computer',
        steps: [
          'Firefox: Settings → Privacy &amp; Security → Certificates → View Certificates → Authorities → Import, and tick “Trust this CA to identify websites”.',
          'Chrome, Edge: open chrome://certificate-manager → Installed by you → Trusted certificates → Import.',
        ],
      },
    ],
  },
  'zh-CN': {
    name: '简体中文',
    title: '让这台设备信任 Haversack',
    why: '只有在受信任的连接上,浏览器才会保存页面供离线使用,并允许它使用摄像头和图形处理器。此服务器为您的本地网络创建了自己的证书颁发机构。信任一次,连接便受信任。',
    download: '下载证书',
    compare: '信任之前,请将此 SHA-256 指纹与运行服务器的终端中显示的指纹进行比较:',
    goOn: '完成:打开 Haversack',
    limits:
      '该颁发机构只能为本地地址和这台机器的名称作证,不能为互联网上的任何网站作证。它的密钥不会离开服务器的数据文件夹。可以按添加时的方式将其移除。',
    systems: [
      {
        name: 'Android',
        steps: [
          '下载证书。',
          '打开“设置 → 安全和隐私 → 更多安全设置 → 加密与凭据 → 安装证书 → CA 证书”。(或在设置中搜索“CA 证书”。)',
          '选择“仍然安装”,然后选取 haversack-ca.crt。',
          'Firefox:还需打开“设置 → 关于 Firefox”,点按徽标五次,返回后在“秘密设置”中启用“使用第三方 CA 证书”。',
        ],
      },
      {
        name: 'iPhone 和 iPad',
        steps: [
          '在 Safari 中下载证书,并允许下载描述文件。',
          '打开“设置 → 通用 → VPN 与设备管理”,点按 Haversack 描述文件并安装。',
          '打开“设置 → 通用 → 关于本机 → 证书信任设置”,为 Haversack 启用信任。',
        ],
      },
      {
        name: 'Windows',
        steps: [
          '下载证书并打开。',
          '选择“安装证书 → 当前用户 → 将所有的证书都放入下列存储 → 受信任的根证书颁发机构”。',
          '重新启动浏览器。',
        ],
      },
      {
        name: 'macOS',
        steps: [
          '下载证书并打开:“钥匙串访问”会将其添加到登录钥匙串。',
          '在其中双击该证书,展开“信任”,将“使用此证书时”设为“始终信任”。',
          '重新启动浏览器。',
        ],
      },
      {
        name: 'Linux,以及任何电脑上的 Firefox',
        steps: [
          'Firefox:“设置 → 隐私与安全 → 证书 → 查看证书 → 证书颁发机构 → 导入”,勾选“信任由此证书颁发机构来标识网站”。',
          'Chrome、Edge:打开 chrome://certificate-manager →“由您安装”→“受信任的证书”→“导入”。',
        ],
      },
    ],
  },
};
